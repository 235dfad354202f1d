/** Texts that look like secrets: they never go to a model. */

/** Names of files that hold secrets by custom. */
const FILES =
  /(?:^|\/)(?:\.env(?:\.[\w.-]+)?|\.netrc|\.pypirc|\.npmrc|id_(?:rsa|dsa|ecdsa|ed25519)|credentials|secrets?\.(?:json|ya?ml|toml|ini)|[^/]+\.(?:pem|key|p12|pfx|keystore|jks))$/i;

/** Forms that only keys and tokens have. */
const FORMS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\bsk-ant-[\w-]{8,}/g,
  /\bsk-(?:proj-)?[A-Za-z0-9_-]{20,}/g,
  /\bhf_[A-Za-z0-9]{20,}/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_\w{20,}/g,
  /\bglpat-[\w-]{16,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[\w-]{30,}/g,
  /\bxox[abprs]-[\w-]{10,}/g,
  /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}/g,
];

/** `password = "…"`, `"api_key": "…"`: the value is what hides. */
const ASSIGNED =
  /((?:api[_-]?key|secret(?:[_-]?key)?|access[_-]?key|auth[_-]?token|access[_-]?token|passw(?:or)?d|private[_-]?key)["']?\s*[:=]\s*[rbf]?)(["'])([^"'\n]{6,})\2/gi;

const HIDDEN = '[hidden: looks like a secret]';

export function isSecretFile(path: string): boolean {
  return FILES.test(path);
}

/** The text with everything hidden that looks like a secret. */
export function withoutSecrets(text: string): string {
  let clean = text;
  for (const form of FORMS) clean = clean.replace(form, HIDDEN);
  return clean.replace(ASSIGNED, (_all, name: string, quote: string) => `${name}${quote}${HIDDEN}${quote}`);
}
