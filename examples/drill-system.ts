/** What the drill asks of a system that runs: a cluster, or the standalone controller. Files are relative to the drill's directory. */

/** One system. Every step shows the commands that it takes. */
export type System = {
  readonly title: string;
  /** Starts it with the recipients of its backups; a key is used once its backup exists. */
  readonly start: (recipients: readonly string[]) => Promise<void>;
  /** Starts it again with nothing, and forbids it to make keys. */
  readonly startEmpty: () => Promise<void>;
  /** The signed key list; empty while there is none. */
  readonly list: () => Promise<string>;
  /** Takes a backup, and waits until no key waits for one. */
  readonly backup: (file: string) => Promise<void>;
  /** Puts the key list into a clone, as keys/prod.keys. */
  readonly fetch: (clone: string) => Promise<void>;
  readonly rotate: () => Promise<void>;
  /** Makes the running system as Git says, and waits until these objects are. */
  readonly sync: (clone: string, objects: readonly string[]) => Promise<void>;
  /** The values of `namespace/name` in base64. */
  readonly values: (object: string) => Promise<Readonly<Record<string, string>>>;
  /** Everything but Git and the backups goes. */
  readonly lose: () => Promise<void>;
  /** status: how the command must end. */
  readonly restore: (file: string, unlock: readonly string[], status: number) => Promise<void>;
  readonly compromised: (keyId: string) => Promise<void>;
  /** Takes the live values away, and waits until the controller says that it may not open them. */
  readonly refuses: (object: string) => Promise<void>;
  readonly destroy: (keyId: string, secrets: string, status: number) => Promise<void>;
  /** status: how the command must end. */
  readonly reseal: (clone: string, status?: number) => Promise<void>;
  /** What somebody with the operator's role tries, where there is such a role. */
  readonly attackByOperator?: () => Promise<void>;
  readonly close: () => Promise<void>;
};
