/** The calls about SealedSecrets and Secrets: where each goes, and how it may change what is there. */
import { describe, expect, it } from "vitest";
import { KubeApi, sealedPath, secretsPath } from "../../../controller/kube/api.ts";
import { APPLY_PATCH, type KubeClient, type KubeRequest, MERGE_PATCH } from "../../../controller/kube/client.ts";

/** An API whose answers are these, one after another, and what it was asked. */
function apiWith(...answers: readonly object[]) {
  const asked: KubeRequest[] = [];
  const left = [...answers];
  const answer = async (request: KubeRequest) => {
    asked.push(request);
    return left.shift() ?? { metadata: {} };
  };
  return { api: new KubeApi({ json: answer, find: answer } as unknown as KubeClient), asked };
}

const SHOP = "/api/v1/namespaces/shop/secrets";
const SEALED = "/apis/lacre.dev/v1alpha1/namespaces/shop/sealedsecrets";
const secret = { metadata: { namespace: "shop", name: "db" } };

describe("a call", () => {
  const calls: readonly (readonly [string, (api: KubeApi) => Promise<unknown>, Partial<KubeRequest>])[] = [
    ["reads one SealedSecret", (api) => api.getSealed("shop/db"), { method: "GET", path: `${SEALED}/db` }],
    ["reads one Secret", (api) => api.getSecret("shop/db"), { method: "GET", path: `${SHOP}/db` }],
    ["makes a Secret", (api) => api.createSecret(secret), { method: "POST", path: SHOP, body: secret }],
    [
      "applies a Secret, over hand edits only when it is told to",
      (api) => api.applySecret(secret, "refused"),
      {
        method: "PATCH",
        path: `${SHOP}/db`,
        contentType: APPLY_PATCH,
        query: { fieldManager: "lacre", force: "false" },
      },
    ],
    [
      "patches a Secret",
      (api) => api.patchSecret("shop/db", { data: { A: null } }),
      { method: "PATCH", path: `${SHOP}/db`, contentType: MERGE_PATCH, body: { data: { A: null } } },
    ],
    [
      "reads a ConfigMap",
      (api) => api.getConfigMap("shop", "lacre-keys"),
      { method: "GET", path: "/api/v1/namespaces/shop/configmaps/lacre-keys" },
    ],
    [
      "applies a ConfigMap over what others wrote",
      (api) => api.applyConfigMap({ namespace: "shop", name: "lacre-keys" }, { keys: "x" }),
      {
        method: "PATCH",
        path: "/api/v1/namespaces/shop/configmaps/lacre-keys",
        contentType: APPLY_PATCH,
        query: { fieldManager: "lacre", force: "true" },
      },
    ],
  ];
  it.each(calls)("%s", async (_what, call, expected) => {
    const { api, asked } = apiWith();
    await call(api);
    expect(asked).toEqual([expect.objectContaining(expected)]);
  });

  it("writes the status of the object that was seen, and not of one that was made anew", async () => {
    const { api, asked } = apiWith({ metadata: { resourceVersion: "7" } });
    expect(await api.patchStatus("shop/db", "the-uid", { key: "x" })).toBe("7");
    expect(asked[0]).toMatchObject({
      path: `${SEALED}/db/status`,
      body: { metadata: { uid: "the-uid" }, status: { key: "x" } },
    });
  });

  it("lists SealedSecrets to the last page, of one namespace or of all", async () => {
    const { api, asked } = apiWith(
      { items: [{ metadata: { name: "a" } }], metadata: { continue: "more" } },
      { items: [], metadata: { continue: "still" } },
      { items: [{ metadata: { name: "b" } }], metadata: { continue: "" } },
    );
    const names: string[] = [];
    for await (const { metadata } of api.listSealed("shop")) names.push(metadata.name);
    expect(names).toEqual(["a", "b"]);
    expect(asked.map(({ path, query }) => [path, query?.["continue"]])).toEqual([
      [SEALED, undefined],
      [SEALED, "more"],
      [SEALED, "still"],
    ]);
    expect([sealedPath(), secretsPath(), secretsPath("shop")]).toEqual([
      "/apis/lacre.dev/v1alpha1/sealedsecrets",
      "/api/v1/secrets",
      SHOP,
    ]);
  });
});
