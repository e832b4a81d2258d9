// The shapes that tests name when they bend the scripted provider.
export type {
  Bends,
  EndpointName,
  Grant,
  GrantType,
  IssueContext,
  Json,
  LoggedCall,
  RawAnswer,
  SignContext,
  TestClient,
  TestUser,
} from '../../../src/testing/provider/types.ts';
