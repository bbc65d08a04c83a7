import { describe, expect, it } from "vitest";
import type { SecretMetadata } from "../../../cli/cluster/cluster.ts";
import { ownedAdoptions } from "../../../cli/cluster/owned-adoptions.ts";

const owner = { kind: "SealedSecret", apiVersion: "lacre.dev/v1alpha1" };
const lacre = { manager: "lacre", fieldsV1: { "f:data": {}, "f:type": {} } };
const maker = { manager: "kubectl-create", fieldsV1: { "f:type": {} } };
const editor = { manager: "kubectl-edit", fieldsV1: { "f:metadata": {} } };

const secret = (name: string, more: Partial<SecretMetadata>): SecretMetadata => ({
  name,
  namespace: "shop",
  ownerReferences: [owner],
  managedFields: [lacre],
  ...more,
});

describe("Secrets that an earlier version took over", () => {
  it("are those that others made and a SealedSecret owns", () => {
    const found = [
      secret("z-taken", { managedFields: [maker, lacre] }),
      secret("made", {}),
      secret("given", { managedFields: [maker, lacre], annotations: { "lacre.dev/adopt": "given,own" } }),
      secret("edited", { managedFields: [lacre, editor] }),
      secret("adopted", { managedFields: [maker, lacre], ownerReferences: [] }),
      secret("foreign", {
        managedFields: [maker],
        ownerReferences: [{ kind: "SealedSecret", apiVersion: "bitnami.com/v1alpha1" }],
      }),
      secret("a-taken", { managedFields: [lacre, maker] }),
    ];
    expect(ownedAdoptions(found)).toEqual(["shop/a-taken", "shop/z-taken"]);
  });
});
