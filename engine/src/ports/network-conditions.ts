import type { Cancel } from './clock';

/** What kind of line the device is on. Where nobody can say, it is an ordinary one: both are false. */
export interface NetworkConditions {
  /** A mobile operator's network: bytes may cost money, and uploads drain the battery. */
  readonly isCellular: boolean;
  /** The person has asked the browser to save data. */
  readonly savesData: boolean;
  /** Calls when one of them may have changed. Never synchronously. */
  subscribe(onChange: () => void): Cancel;
}
