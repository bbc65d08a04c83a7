/** A thread that writes one object again and again until it is ended in the middle. */
import { parentPort, workerData } from "node:worker_threads";
import type { Wanted } from "../../controller/decide/wanted.ts";
import type { Target } from "../../controller/targets/target.ts";
import { DEFAULT_POLICY } from "../../src/model/sealed-secret.ts";
import { PLAIN_SHAPE } from "../../src/model/secret.ts";

type Data = {
  readonly module: string;
  readonly data: unknown;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly values: readonly Readonly<Record<string, string>>[];
};

const { module, data, namespace, name, uid, values } = workerData as Data;
const { open } = (await import(module)) as { readonly open: (data: unknown) => Target<unknown> };
const target = open(data);
for (let count = 0; ; count++) {
  const texts = values[(count + 1) % values.length] as Readonly<Record<string, string>>;
  const keys = new Set(Object.keys(texts));
  const wanted: Wanted = {
    namespace,
    name,
    uid,
    shape: PLAIN_SHAPE,
    policy: DEFAULT_POLICY,
    keys,
    digest: String(count),
  };
  const sight = await target.observe(wanted, { written: keys });
  if (!sight.ok) throw new Error(sight.objection.message);
  if (count === 0) parentPort?.postMessage("writing");
  const bytes = new Map(Object.entries(texts).map(([key, text]) => [key, new TextEncoder().encode(text)]));
  await target.write(wanted, { namespace, name, shape: PLAIN_SHAPE, values: bytes }, sight.found);
}
