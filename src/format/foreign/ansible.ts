/** Ansible Vault: a header, then hexadecimal; whole files, or scalars under a tag of YAML. */
import type { ForeignFormat } from "./format.ts";

/** The tag in front of a scalar, without its exclamation mark. */
export const VAULT_TAG = "vault";

/** Ansible Vault. */
export const ANSIBLE: ForeignFormat = {
  tool: "Ansible Vault",
  opened: "ansible-vault view FILE",
  value: /^\$ANSIBLE_VAULT;\d/,
};
