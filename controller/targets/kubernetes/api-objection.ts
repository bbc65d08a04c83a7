/** What a refusal of the API server means for an object. Its own text may quote a value and is never passed on. */

import { OPAQUE } from "../../../src/model/index.ts";
import type { Objection } from "../../decide/problem.ts";
import type { ApiError } from "../../kube/api-error.ts";

/** The objection that a failed request amounts to. type: of the Secret that was sent, if one was. */
export function apiObjection(failure: ApiError, namespace: string, type: string = OPAQUE): Objection {
  switch (failure.kind) {
    case "forbidden":
      if (failure.word === "NamespaceTerminating") {
        return { reason: "WriteFailed", message: `the namespace ${namespace} is being removed` };
      }
      return {
        reason: "AccessDenied",
        message: "the API server forbids it: look at the controller's RBAC, quotas and admission policies",
      };
    case "unauthorized":
      return { reason: "AccessDenied", message: "the API server does not accept the controller's credentials" };
    case "invalid":
      return {
        reason: "AccessDenied",
        message: `the API server refuses the Secret: is it a valid Secret of type ${type}, and does an admission policy allow it?`,
      };
    case "too-large":
      return { reason: "TooLarge", message: "the Secret is larger than the API server takes; split it into several" };
    case "conflict":
      return failure.managers.length > 0
        ? {
            reason: "FieldConflict",
            message: "another manager declares values of the Secret too; let one of the two go",
          }
        : { reason: "WriteFailed", message: "the Secret changed while it was written" };
    case "unreachable":
    case "idle":
      return { reason: "WriteFailed", message: "the API server did not answer" };
    case "throttled":
      return { reason: "WriteFailed", message: "the API server is busy" };
    case "not-found":
    case "gone":
    case "server":
      return { reason: "WriteFailed", message: "the API server failed" };
  }
}
