/** What keeps the controller from telling how things are: logged when it begins and when it ends. */
import type { Logger } from "./log.ts";

/** What the API server answered in place of what was asked for. status: HTTP, 0 when there was no answer. */
type ApiFailed = { readonly kind: string; readonly status: number };

/** The open troubles. */
export class Troubles {
  readonly #log: Logger;
  readonly #unread = new Map<string, string>();
  readonly #malformed = new Set<string>();
  #sealers: string | undefined;
  #unproven: readonly string[] = [];
  #keyKeeping: string | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** True while something cannot be read from the API server. */
  get cannotTell(): boolean {
    return this.#unread.size > 0;
  }

  /** Key Secrets that are no good key. */
  get malformedKeys(): number {
    return this.#malformed.size;
  }

  /** Key Secrets that nobody vouches for. */
  get unprovenKeys(): number {
    return this.#unproven.length;
  }

  /** True while no key is made and no list is published, because the identity or the keys are in doubt. */
  get isKeyKeepingHeld(): boolean {
    return this.#keyKeeping !== undefined;
  }

  /** Key Secrets without a proof of the cluster's identity: said when one comes and when one goes. */
  unproven(secrets: readonly string[]): void {
    for (const secret of secrets) {
      if (!this.#unproven.includes(secret))
        this.#log.error({ secret }, "a key Secret has no proof of the cluster's identity: it is never used");
    }
    for (const secret of this.#unproven) {
      if (!secrets.includes(secret)) this.#log.info({ secret }, "a key Secret without a proof is gone, or has one now");
    }
    this.#unproven = secrets;
  }

  /** Why no key is made and no list is published; undefined when that is over. */
  keyKeeping(problem: string | undefined): void {
    if (problem === this.#keyKeeping) return;
    this.#keyKeeping = problem;
    if (problem === undefined) this.#log.info("keys are kept again");
    else this.#log.error({ problem }, "no key is made and no list is published");
  }

  /** What the API server does not give; undefined when it gives it again. */
  reading(what: string, failure: ApiFailed | undefined): void {
    if (failure === undefined) {
      if (this.#unread.delete(what)) this.#log.info({ what }, "the API server gives it again");
      return;
    }
    if (this.#unread.get(what) === failure.kind) return;
    this.#unread.set(what, failure.kind);
    this.#log.error({ what, kind: failure.kind, status: failure.status }, "the API server does not give it");
  }

  /** What is wrong with a key Secret; undefined when it is right again. */
  key(secret: string, problem: string | undefined): void {
    if (problem !== undefined) {
      this.#malformed.add(secret);
      this.#log.error({ secret, problem }, "a key Secret is no good key and is passed over");
    } else if (this.#malformed.delete(secret)) this.#log.info({ secret }, "a key Secret is right again");
  }

  /** What is wrong with the file of the sealers; undefined when it is right. */
  sealers(problem: string | undefined): void {
    if (problem === this.#sealers) return;
    this.#sealers = problem;
    if (problem === undefined) this.#log.info("the sealers can be read again");
    else this.#log.error({ problem }, "the sealers cannot be read; those before stay in force");
  }

  /** A mistake in the program. Neither its message nor its stack is told: either may quote what was at hand. */
  surprise(object: string, error: unknown): void {
    const name = error instanceof Error ? error.name : typeof error;
    this.#log.error({ object, error: name }, "this is a bug in lacre; please report it");
  }
}
