/** Git against the cluster, object by object and entry by entry. No value and no length is ever known here. */
import { LacreError } from "../../src/errors.ts";
import { readSealedObject } from "../../src/format/index.ts";
import { objectName, printableName, type SealedSecret } from "../../src/model/index.ts";
import { READY } from "../../src/model/kubernetes.ts";
import { type Difference, sealedDifferences } from "../../src/seal/index.ts";
import type { CommandContext } from "../context.ts";
import { readSource } from "../files/files.ts";
import { expandInputs } from "../files/inputs.ts";
import { sealedObjects } from "../files/sealed-file.ts";
import { findConfiguration } from "../repository/configuration.ts";
import { type ClusterOptions, type ClusterReader, openCluster } from "./cluster.ts";

/** Which cluster, the namespace of files that name none, and whether what only the cluster has is shown too. */
export type CompareOptions = ClusterOptions & { readonly namespace?: string; readonly extra?: boolean };

/** One object: = same, ~ different, + only in Git, - only in the cluster, ! in the cluster, and its Secret is not as it says. */
export type ObjectDiff = {
  readonly sign: "=" | "~" | "+" | "-" | "!";
  readonly object: string;
  readonly file?: string;
  readonly differences: readonly Difference[];
  /** What the controller says, where it is not content. */
  readonly status?: string;
};

type Wanted = { readonly file: string; readonly sealed: SealedSecret };

type LiveStatus = {
  readonly observedGeneration?: number;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
};

async function readWanted(
  context: CommandContext,
  files: readonly string[],
  namespace: string | undefined,
): Promise<readonly Wanted[]> {
  const root = findConfiguration(context)?.directory;
  const named = files.length > 0 ? files : [root ?? context.cwd];
  const found: Wanted[] = [];
  for (const { shown } of await expandInputs(context, named)) {
    const source = await readSource(context, shown);
    if (!source.text.includes("SealedSecret")) continue;
    for (const { sealed } of sealedObjects(source)) {
      const placed = sealed.namespace === "" && namespace !== undefined ? { ...sealed, namespace } : sealed;
      if (placed.namespace === "") {
        throw new LacreError("NAMESPACE_MISSING", `SealedSecret ${sealed.name} in ${source.path} names no namespace`, {
          hint: "name it in the manifest, or with --namespace N",
        });
      }
      found.push({ file: source.path, sealed: placed });
    }
  }
  if (found.length > 0) return found;
  throw new LacreError("NOT_SEALED", "there is no SealedSecret to compare", { hint: "name a file or a directory" });
}

/** A live object through the same reader as a file: both sides are then the same kind of thing. */
function readLive(object: unknown): SealedSecret {
  const served = object as Parameters<typeof readSealedObject>[0];
  try {
    return readSealedObject(served);
  } catch (cause) {
    if (!(cause instanceof LacreError)) throw cause;
    const { namespace = "", name } = served.metadata;
    throw new LacreError("CLUSTER_FAILED", `${namespace}/${name} in the cluster cannot be read: ${cause.message}`, {
      hint: "is lacre there of another version?",
      cause,
    });
  }
}

/** What the controller says of an object, unless all is well. */
function troubleOf(object: unknown): string | undefined {
  const { metadata, status } = object as {
    readonly metadata: { readonly generation?: number };
    readonly status?: LiveStatus;
  };
  const ready = status?.conditions?.find(({ type }) => type === READY);
  if (ready === undefined || status?.observedGeneration !== metadata.generation)
    return "Progressing: the controller has not seen it yet";
  return ready.status === "True" ? undefined : `${ready.reason}: ${ready.message}`;
}

function compare({ file, sealed }: Wanted, live: unknown): ObjectDiff {
  const object = objectName(sealed);
  if (live === undefined) return { sign: "+", object, file, differences: [] };
  const differences = sealedDifferences(sealed, readLive(live));
  const status = troubleOf(live);
  const sign = differences.length > 0 ? "~" : status === undefined ? "=" : "!";
  return { sign, object, file, differences, ...(status !== undefined && { status }) };
}

// Up to here single questions are quicker than a list of everything that is in the namespace.
const FEW = 5;

/** The live objects of a namespace by name: all of them, or only those that are asked for. */
async function readNamespace(
  cluster: ClusterReader,
  namespace: string,
  names: readonly string[] | "all",
): Promise<ReadonlyMap<string, unknown>> {
  if (names === "all" || names.length > FEW) {
    const objects = await cluster.sealedSecrets(namespace);
    return new Map(
      objects.map((object) => [(object as { readonly metadata: { readonly name: string } }).metadata.name, object]),
    );
  }
  const found = new Map<string, unknown>();
  for (const name of names) {
    const object = await cluster.sealedSecret(namespace, name);
    if (object !== undefined) found.set(name, object);
  }
  return found;
}

/** Compares what Git has with what the cluster has, in Git's order; what only the cluster has comes last. */
export async function compareWithCluster(
  context: CommandContext,
  files: readonly string[],
  options: CompareOptions,
): Promise<readonly ObjectDiff[]> {
  const wanted = await readWanted(context, files, options.namespace);
  const cluster = await openCluster(context, options);
  const namespaces = Map.groupBy(wanted, ({ sealed }) => sealed.namespace);
  const live = new Map<string, unknown>();
  const extras: ObjectDiff[] = [];
  for (const [namespace, ours] of namespaces) {
    const names = new Set(ours.map(({ sealed }) => sealed.name));
    const found = await readNamespace(cluster, namespace, options.extra === true ? "all" : [...names]);
    for (const [name, object] of found) {
      if (names.has(name)) live.set(`${namespace}/${name}`, object);
      else if (options.extra === true) extras.push({ sign: "-", object: `${namespace}/${name}`, differences: [] });
    }
  }
  context.progress("");
  return [...wanted.map((one) => compare(one, live.get(objectName(one.sealed)))), ...extras];
}

const SAYS = { "+": "not in the cluster", "-": "only in the cluster", "=": "", "~": "", "!": "" } as const;

/** The text of a comparison. */
export function describeDiff(diffs: readonly ObjectDiff[]): string {
  return diffs
    .map(({ sign, object, differences, status }) => {
      const head = [`${sign} ${printableName(object)}`, SAYS[sign]].filter((part) => part !== "").join("  ");
      const lines = differences.map((one) => `    ${one.sign} ${printableName(one.what)}`);
      return [head, ...lines, ...(status === undefined ? [] : [`    ! ${printableName(status)}`])].join("\n");
    })
    .map((text) => `${text}\n`)
    .join("");
}
