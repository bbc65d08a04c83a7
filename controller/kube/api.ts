/** The calls that the controller makes about SealedSecrets and Secrets, each one request. */

import { API_VERSION, MANAGER, PLURAL } from "../../src/model/kubernetes.ts";
import { APPLY_PATCH, type KubeClient, MERGE_PATCH } from "./client.ts";
import type { SealedSecretObject } from "./object.ts";
import { type ConfigMapObject, type KubeObject, type Metadata, type SecretObject, splitKey } from "./object.ts";

// As in collection.ts: a page is held whole.
const PAGE = 20;

type ConfigMapMetadata = Pick<Metadata, "name" | "annotations"> & { readonly namespace: string };

type SealedPage = { readonly items: readonly SealedSecretObject[]; readonly metadata: { readonly continue?: string } };

/** Where the SealedSecrets of one namespace, or of all, are. */
export function sealedPath(namespace?: string): string {
  const api = `/apis/${API_VERSION}`;
  return namespace === undefined ? `${api}/${PLURAL}` : `${api}/namespaces/${namespace}/${PLURAL}`;
}

/** Where the Secrets of one namespace, or of all, are. */
export function secretsPath(namespace?: string): string {
  return namespace === undefined ? "/api/v1/secrets" : `/api/v1/namespaces/${namespace}/secrets`;
}

function configMapPath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${namespace}/configmaps/${name}`;
}

/** Typed requests. Every path names a namespace: nothing here can reach another one than it says. */
export class KubeApi {
  readonly client: KubeClient;

  constructor(client: KubeClient) {
    this.client = client;
  }

  getSealed(key: string): Promise<SealedSecretObject | undefined> {
    const { namespace, name } = splitKey(key);
    return this.client.find<SealedSecretObject>({ method: "GET", path: `${sealedPath(namespace)}/${name}` });
  }

  getSecret(key: string): Promise<SecretObject | undefined> {
    const { namespace, name } = splitKey(key);
    return this.client.find<SecretObject>({ method: "GET", path: `${secretsPath(namespace)}/${name}` });
  }

  /** Server-side apply. edits: fields that somebody edited by hand are taken back, or the request is refused (conflict). */
  applySecret(body: SecretObject, edits: "taken" | "refused"): Promise<SecretObject> {
    const { namespace, name } = body.metadata;
    return this.client.json<SecretObject>({
      method: "PATCH",
      path: `${secretsPath(namespace)}/${name}`,
      query: { fieldManager: MANAGER, force: String(edits === "taken") },
      contentType: APPLY_PATCH,
      body,
    });
  }

  createSecret(body: SecretObject): Promise<SecretObject> {
    return this.client.json<SecretObject>({ method: "POST", path: secretsPath(body.metadata.namespace), body });
  }

  getConfigMap(namespace: string, name: string): Promise<ConfigMapObject | undefined> {
    return this.client.find<ConfigMapObject>({ method: "GET", path: configMapPath(namespace, name) });
  }

  /** Server-side apply, over what others wrote. */
  applyConfigMap(metadata: ConfigMapMetadata, data: Readonly<Record<string, string>>): Promise<ConfigMapObject> {
    return this.client.json<ConfigMapObject>({
      method: "PATCH",
      path: configMapPath(metadata.namespace, metadata.name),
      query: { fieldManager: MANAGER, force: "true" },
      contentType: APPLY_PATCH,
      body: { apiVersion: "v1", kind: "ConfigMap", metadata, data },
    });
  }

  /** A merge patch, for what server-side apply cannot take away. */
  patchSecret(key: string, body: object): Promise<SecretObject> {
    const { namespace, name } = splitKey(key);
    return this.client.json<SecretObject>({
      method: "PATCH",
      path: `${secretsPath(namespace)}/${name}`,
      query: { fieldManager: MANAGER },
      contentType: MERGE_PATCH,
      body,
    });
  }

  /** All SealedSecrets of one namespace, or of all, page by page. */
  async *listSealed(namespace?: string): AsyncGenerator<SealedSecretObject> {
    let next: string | undefined;
    do {
      const query = { limit: String(PAGE), ...(next !== undefined && { continue: next }) };
      const page: SealedPage = await this.client.json({ method: "GET", path: sealedPath(namespace), query });
      yield* page.items;
      next = page.metadata.continue || undefined;
    } while (next !== undefined);
  }

  /** Writes the status; the object's new resource version. The uid keeps it off an object that was made anew. */
  async patchStatus(key: string, uid: string, status: object): Promise<string> {
    const { namespace, name } = splitKey(key);
    const answer = await this.client.json<KubeObject>({
      method: "PATCH",
      path: `${sealedPath(namespace)}/${name}/status`,
      query: { fieldManager: MANAGER },
      contentType: MERGE_PATCH,
      body: { metadata: { uid }, status },
      metadataOnly: "object",
    });
    return answer.metadata.resourceVersion ?? "";
  }
}
