// The accounts of the directory as the local provider signs them in; in a trial the demo users are beside them.
import { type Accounts, localIssuer, type Passwords, type People, type Person } from '../directory.ts';
import type { LocalAccount, LocalAccounts } from '../local-provider.ts';
import type { Report } from './report.ts';

/** What the adapter is made of. */
export interface ProviderAccountsParts {
  readonly accounts: Accounts;
  readonly people: People;
  readonly passwords: Passwords;
  /** Null in production: there they do not exist. */
  readonly demo: LocalAccounts | null;
  readonly report: Pick<Report, 'tell'>;
}

/** Makes the port of the local provider. */
export function providerAccounts({
  accounts,
  people,
  passwords,
  demo,
  report,
}: ProviderAccountsParts): LocalAccounts & Required<Pick<LocalAccounts, 'choosePassword'>> {
  const find = async (id: string): Promise<LocalAccount | null> => {
    const person = await people.find(id);
    if (person === null) return (await demo?.find(id)) ?? null;
    if (person.issuer !== localIssuer || person.disabled) return null;
    const password = await passwords.find(id);
    // Somebody whose password was taken away is not signed in any more either.
    return password === null ? null : accountOf(person, password.changedAt);
  };
  return {
    countsFailures: true,
    find,
    async authenticate(login, password, origin) {
      // Asked first: to the accounts their passwords are wrong ones, and would stand in the audit trail as such.
      const known = (await demo?.authenticate(login, password, origin)) ?? null;
      if (known !== null) return known;
      const answer = await accounts.authenticate(login, password, origin);
      if (answer.kind === 'limited') return answer;
      if (answer.kind === 'refused') return null;
      const { person, mustChangePassword, passwordChangedAt } = answer;
      const account = accountOf(person, passwordChangedAt);
      if (!mustChangePassword) return account;
      return { kind: 'new_password_needed', account, proof: String(passwordChangedAt) };
    },
    async choosePassword(id, proof, password) {
      const answer = await accounts.replaceTemporary(id, Number(proof), password);
      if (answer.kind === 'changed') {
        report.tell({ type: 'own_password_changed', by: id, personId: id });
        return find(id);
      }
      return answer.kind === 'unsuitable' ? { kind: 'unsuitable', words: answer.problem.words } : null;
    },
  };
}

function accountOf(person: Person, signedInSince: number): LocalAccount {
  const { id, username, name, email } = person;
  const claims = {
    ...(name === null ? {} : { name }),
    ...(username === null ? {} : { preferred_username: username }),
    // Nobody has proven that the address is theirs: an administrator wrote it down.
    ...(email === null ? {} : { email, email_verified: false }),
  };
  // The directory adds what they may at each login and each change. In a token it would stand until that ends, and a
  // permission that was taken away would go on to count.
  return { id, claims, permissions: [], roles: [], signedInSince };
}
