/** What is found somewhere else than it was sealed for, or somewhere that cannot be. */
import { CLUSTER, flipped, NAMESPACE, PLACE, type Place, STRICT } from "./forge.ts";
import type { Rule } from "./rule.ts";

const at = (change: Partial<Place>): Place => ({ ...PLACE, ...change });

/** Sealed for PLACE, found elsewhere. */
const moved = (rule: string, found: Partial<Place>, scope = STRICT): Rule => ({
  rule,
  found: at(found),
  forge: () => ({ scope }),
});
/** Sealed for a place that cannot be, and found there: the hash fits, the name does not. */
const impossible = (rule: string, change: Partial<Place>, scope = STRICT): Rule => ({
  rule,
  found: at(change),
  forge: () => ({ scope, place: at(change) }),
});

const KEYS: readonly (readonly [string, string])[] = [
  ["is empty", ""],
  ["is .", "."],
  ["is ..", ".."],
  ["begins with two dots", "..data"],
  ["has 254 characters", "k".repeat(254)],
  ["has a space", "DB PASSWORD"],
  ["has a slash", "db/password"],
  ["has a letter beyond ASCII", "DB_PASSWÖRD"],
  ["ends in a line break", "DB_PASSWORD\n"],
  ["ends in a zero byte", "DB_PASSWORD\0"],
];
const NAMESPACES: readonly (readonly [string, string])[] = [
  ["is empty", ""],
  ["has 64 characters", "n".repeat(64)],
  ["has a dot", "shop.prod"],
  ["has a capital", "Shop"],
  ["has a low line", "shop_prod"],
  ["begins with a hyphen", "-shop"],
  ["ends in a hyphen", "shop-"],
  ["ends in a line break", "shop\n"],
  ["has a digit beyond ASCII", "shop\u0663"],
];
const NAMES: readonly (readonly [string, string])[] = [
  ["is empty", ""],
  ["has 254 characters", "n".repeat(254)],
  ["has a capital", "Db"],
  ["has a low line", "db_credentials"],
  ["has an empty part", "db..credentials"],
  ["ends in a dot", "db."],
  ["has a part that ends in a hyphen", "db-.credentials"],
  ["ends in a line break", "db\n"],
];

export const PLACE_RULES: readonly Rule[] = [
  moved("it is found in another namespace", { namespace: "bank" }),
  moved("it is found under another name", { name: "db" }),
  moved("it is found under another key", { key: "DB_USER" }),
  moved("it is found with a letter moved from the name to the namespace", {
    namespace: "shopd",
    name: "b-credentials",
  }),
  moved("it is found under the key in small letters", { key: "db_password" }),
  moved("of scope namespace, it is found in another namespace", { namespace: "bank" }, NAMESPACE),
  moved("of scope namespace, it is found under another key", { key: "DB_USER" }, NAMESPACE),
  moved("of scope cluster, it is found under another key", { key: "DB_USER" }, CLUSTER),
  { rule: "a bit of its contextHash is another", forge: () => ({ contextHash: flipped }) },
  { rule: "the last bit of its contextHash is another", forge: () => ({ contextHash: (hash) => flipped(hash, -1) }) },
  {
    rule: "its scope was widened from strict to namespace",
    forge: () => ({ body: (body) => body.with(2, NAMESPACE) }),
  },
  {
    rule: "its scope was widened from namespace to cluster",
    forge: () => ({ scope: NAMESPACE, body: (body) => body.with(2, CLUSTER) }),
  },
  ...KEYS.map(([what, key]) => impossible(`the key ${what}`, { key })),
  impossible("of scope cluster, the key is ..", { key: ".." }, CLUSTER),
  ...NAMESPACES.map(([what, namespace]) => impossible(`the namespace ${what}`, { namespace })),
  impossible("of scope namespace, the namespace has a dot", { namespace: "shop.prod" }, NAMESPACE),
  ...NAMES.map(([what, name]) => impossible(`the name ${what}`, { name })),
];
