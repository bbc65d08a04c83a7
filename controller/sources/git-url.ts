/** How git tells a URL from a path, and what of a URL may be shown. */
import * as path from "node:path";

/** The URL without user and password. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][\w+.-]*:\/\/)[^/@]*@/i, "$1");
}

/** True for a path of this machine: neither SCHEME://... nor HOST:PATH, as git tells them apart. */
function isPath(url: string): boolean {
  return !/^(?:[a-z][\w+.-]*:\/\/|[^/]+:)/i.test(url);
}

/** A plain path would be copied whole; as a URL it can be shallow, and does not depend on where git runs. */
export function asUrl(url: string): string {
  return isPath(url) ? `file://${path.resolve(url)}` : url;
}
