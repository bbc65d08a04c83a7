/** Kubernetes Events as they are sent. */
import { expect, it } from "vitest";
import { UnprovenEvents } from "../../../controller/keys/unproven-events.ts";
import type { KubeClient } from "../../../controller/kube/client.ts";
import { EventRecorder } from "../../../controller/kube/events.ts";

type Sent = {
  readonly message: string;
  readonly reason: string;
  readonly metadata: { readonly name: string };
  readonly involvedObject: { readonly apiVersion: string; readonly kind: string; readonly name: string };
};

function recorder(): { readonly events: EventRecorder; readonly sent: readonly Sent[] } {
  const sent: Sent[] = [];
  const client = { json: async ({ body }: { readonly body: Sent }) => void sent.push(body) } as unknown as KubeClient;
  return { events: new EventRecorder(client, "here", () => undefined), sent };
}

const SUBJECT = { kind: "SealedSecret", namespace: "a", name: "b", uid: "c" } as const;
const sending = () => new Promise(setImmediate);

it("an event's message shows nothing that a terminal obeys", async () => {
  const { events, sent } = recorder();
  events.record(SUBJECT, "Warning", "UnknownKey", "x\u001b[2J\u202ey\u009bz\nw");
  await sending();
  expect(sent.map(({ message }) => message)).toEqual(["x\\x1b[2J\\u202ey\\x9bz\\x0aw"]);
});

it("an event about an object with a long name is called something that the API server takes", async () => {
  const { events, sent } = recorder();
  events.record({ ...SUBJECT, name: `${"a".repeat(228)}.-${"b".repeat(20)}` }, "Warning", "UnknownKey", "x");
  await sending();
  expect(sent[0]?.metadata.name).toMatch(/^a{228}\.[0-9a-f]{16}$/);
});

it("a key Secret without a proof is told once while it is there, and again when another of its name comes", async () => {
  const { events, sent } = recorder();
  const unproven = new UnprovenEvents(events);
  const first = { secret: "lacre/lacre-key-1", uid: "1" };
  for (const secrets of [[first], [first], [], [{ ...first, uid: "2" }]]) unproven.tell(secrets);
  await sending();
  const { apiVersion, kind, name } = sent[0]?.involvedObject ?? {};
  expect([apiVersion, kind, name, ...sent.map(({ reason }) => reason)]).toEqual([
    ...["v1", "Secret", "lacre-key-1"],
    ...["KeyUnproven", "KeyUnproven"],
  ]);
});
