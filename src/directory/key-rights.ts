// What a key of a person may do: never more than the person, and no more than it was made for.

/** Permissions and roles. */
interface Rights {
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
}

/**
 * A key that was made with neither permissions nor roles has those that the person has at the moment. One that was made
 * with some keeps those of them that the person has.
 */
export function rightsOfKey(key: Rights, person: Rights): Rights {
  if (key.permissions.length + key.roles.length === 0) {
    return { permissions: person.permissions, roles: person.roles };
  }
  return {
    permissions: key.permissions.filter((name) => person.permissions.includes(name)),
    roles: key.roles.filter((name) => person.roles.includes(name)),
  };
}
