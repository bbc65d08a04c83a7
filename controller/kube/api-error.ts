/** What can go wrong between us and the API server. Its messages may quote what was sent: they are never passed on. */

/** The kinds that callers tell apart. */
export type ApiFailure =
  | "not-found"
  | "conflict"
  | "gone"
  | "forbidden"
  | "unauthorized"
  | "invalid"
  | "too-large"
  | "throttled"
  | "unreachable"
  | "idle"
  | "server";

/** A failed request. `managers` are the field managers of a server-side apply conflict. */
export class ApiError extends Error {
  readonly kind: ApiFailure;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The API server's own word, such as NamespaceTerminating, from its closed set. */
  readonly word: string;
  readonly managers: readonly string[];
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: ApiFailure,
    status: number,
    details: Partial<Pick<ApiError, "word" | "managers" | "retryAfterMs">> = {},
  ) {
    super(`${kind} (${status})`);
    this.name = "ApiError";
    this.kind = kind;
    this.status = status;
    this.word = details.word ?? "";
    this.managers = details.managers ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }
}

const KINDS: Readonly<Record<number, ApiFailure>> = {
  400: "invalid",
  401: "unauthorized",
  403: "forbidden",
  409: "conflict",
  410: "gone",
  413: "too-large",
  422: "invalid",
  429: "throttled",
};

type Status = {
  readonly reason?: unknown;
  readonly details?: { readonly causes?: readonly { readonly reason?: unknown; readonly message?: unknown }[] };
};

const WORD = /^[A-Za-z]{1,64}$/;
/** `conflict with "NAME" using v1: .data.KEY`: the name of the manager, which is nobody's secret. */
const MANAGER = /^conflict with "([-_.:/A-Za-z0-9 ]{1,128})"/;

/** The error of an answer. Of its body only words of known shape are kept. */
export function apiErrorOf(status: number, body: string, retryAfter: string | undefined): ApiError {
  const kind = KINDS[status] ?? "server";
  let parsed: Status = {};
  try {
    parsed = JSON.parse(body) as Status;
  } catch {
    // Not every proxy answers in JSON.
  }
  const causes = Array.isArray(parsed.details?.causes) ? parsed.details.causes : [];
  const words = [...causes.map(({ reason }) => reason), parsed.reason].filter(
    (one): one is string => typeof one === "string" && WORD.test(one),
  );
  const managers = causes.flatMap(({ reason, message }) => {
    const match = reason === "FieldManagerConflict" && typeof message === "string" ? MANAGER.exec(message) : null;
    return match?.[1] === undefined ? [] : [match[1]];
  });
  const seconds = Number(retryAfter);
  return new ApiError(kind, status, {
    word: words[0] ?? "",
    managers: [...new Set(managers)],
    retryAfterMs: seconds > 0 ? seconds * 1000 : undefined,
  });
}
