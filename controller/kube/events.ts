/** Kubernetes Events: what happened to an object, for `kubectl describe`. Told on change only, and never waited for. */

import { randomBytes } from "node:crypto";
import { printableName, rfc3339 } from "../../src/model/index.ts";
import { API_VERSION, CONTROLLER, REPORTING_CONTROLLER } from "../../src/model/kubernetes.ts";
import type { KubeClient } from "./client.ts";

/** The object that an event is about. */
export type EventSubject = {
  readonly kind: "SealedSecret" | "Secret";
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
};

const API_VERSIONS: Readonly<Record<"SealedSecret" | "Secret", string>> = { SealedSecret: API_VERSION, Secret: "v1" };

// Under a flood the newest are dropped: conditions and metrics hold the state, events are a courtesy.
const MAX_WAITING = 2_000;
const CONCURRENCY = 4;

type Event = { readonly namespace: string; readonly body: object };

/** Sends events in the background. */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #instance: string;
  readonly #dropped: () => void;
  readonly #waiting: Event[] = [];
  #active = 0;

  constructor(client: KubeClient, instance: string, dropped: () => void) {
    this.#client = client;
    this.#instance = instance;
    this.#dropped = dropped;
  }

  /** reason: one CamelCase word; message: names, key ids and counts only. */
  record(subject: EventSubject, type: "Normal" | "Warning", reason: string, message: string): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#dropped();
      return;
    }
    const now = rfc3339(new Date());
    const { kind, namespace, name, uid } = subject;
    this.#waiting.push({
      namespace,
      body: {
        apiVersion: "v1",
        kind: "Event",
        metadata: { namespace, name: eventName(name) },
        involvedObject: { apiVersion: API_VERSIONS[kind], kind, namespace, name, uid },
        type,
        reason,
        message: printableName(message).slice(0, 1024),
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
        source: { component: CONTROLLER },
        reportingComponent: REPORTING_CONTROLLER,
        reportingInstance: this.#instance,
      },
    });
    if (this.#active < CONCURRENCY) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#active++;
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      const path = `/api/v1/namespaces/${event.namespace}/events`;
      try {
        await this.#client.json({ method: "POST", path, body: event.body, metadataOnly: "object" });
      } catch {
        this.#dropped();
      }
    }
    this.#active--;
  }
}

/** A name of its own. What is cut off must not leave a dot or dash at an end: the API server would refuse the event. */
function eventName(subject: string): string {
  return `${subject.slice(0, 230).replace(/[.-]+$/, "")}.${randomBytes(8).toString("hex")}`;
}
