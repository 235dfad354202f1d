/** Texts that look like secrets: they never go to a model, and are in no error and no log. */

/** Names of files that hold secrets by custom. */
const FILES = new RegExp(
  `(?:^|/)(?:${[
    String.raw`[^/]*\.env(?:\.[\w.-]+)?`,
    String.raw`\.envrc`,
    String.raw`[._]netrc`,
    String.raw`\.(?:pypirc|npmrc|pgpass|my\.cnf|boto|s3cfg|dockercfg|htpasswd|vault-token|git-credentials)`,
    String.raw`\.docker/config\.json`,
    String.raw`id_(?:rsa|dsa|ecdsa|ed25519)`,
    String.raw`credentials?(?:\.(?:json|ya?ml|toml|ini|cfg|csv|txt|db))?`,
    String.raw`(?:client_secret|service[-_]account)[^/]*\.json`,
    String.raw`kaggle\.json`,
    String.raw`secrets?\.(?:json|ya?ml|toml|ini|cfg|txt|py)`,
    String.raw`[^/]+\.(?:pem|key|p12|pfx|ppk|keystore|jks|kdbx|gpg)`,
  ].join('|')})$`,
  'i',
);

/** Forms that only keys and tokens have. */
const FORMS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  /\bsk-ant-[\w-]{8,}/g,
  /\bsk-(?:proj-)?[A-Za-z0-9_-]{20,}/g,
  /\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}/g,
  /\bhf_[A-Za-z0-9]{20,}/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_\w{20,}/g,
  /\bglpat-[\w-]{16,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[\w-]{30,}/g,
  /\bya29\.[\w-]{20,}/g,
  /\bxox[abeprs]-[\w-]{10,}/g,
  /\bhooks\.slack\.com\/services\/[\w/]{20,}/g,
  /\b(?:gsk|r8|npm|dop_v1|nvapi|xai)[_-][A-Za-z0-9_-]{30,}/g,
  /\bpypi-AgE[\w-]{20,}/g,
  /\bSG\.[\w-]{16,80}\.[\w-]{16,80}/g,
  /\bdapi[0-9a-f]{32}\b/g,
  /\beyJ[\w-]{10,4000}\.[\w-]{10,8000}\.[\w-]{5,}/g,
];

/** The word before the value stays: `Bearer …`, `postgres://me:…@host`, `AccountKey=…`. */
const AFTER: readonly RegExp[] = [
  /(\bBearer\s+)[A-Za-z0-9._~+/-]{16,}=*/g,
  /(\b[a-z][a-z\d+.-]{0,20}:\/\/[^\s:/@'"`]{0,100}:)(?![{$<])[^\s@/'"`]{1,200}(?=@)/gi,
  /(\bAccountKey=)[A-Za-z0-9+/]{20,}=*/g,
];

/** Lengths are bounded all over: a long run of letters must not take long. */
const STRONG = String.raw`(?:api[_-]?key|secret|access[_-]?key|auth[_-]?token|access[_-]?token|passw(?:or)?d|passphrase|private[_-]?key)\w{0,40}`;
/** What may stand between a name and its value: `"name": `, `name: str = `, `["name"] = `, `"name", `. */
const BETWEEN = String.raw`(?:["']?\]?\s{0,20}(?::[\w.[\]| ]{1,60}=|[:=])|["']\s{0,20},)\s{0,20}[rbfu]{0,2}`;

/** `password = "…"`, `os.environ["X_API_KEY"] = "…"`, `getenv("API_KEY", "…")`: the value is what hides. */
const ASSIGNED = new RegExp(String.raw`(${STRONG}${BETWEEN})(["'])([^"'\n]{4,})\2`, 'gi');

/** `key="…"`, `token: str = "…"`: names that mostly mean something else, so that the value must look like nothing but a key. */
const RANDOM = new RegExp(
  String.raw`((?:[Kk]ey|KEY|[Tt]oken|TOKEN|[Pp]at|PAT|[Cc]redential|CREDENTIAL)[sS]?${BETWEEN})(["'])((?=[^"']{0,200}[A-Z])(?=[^"']{0,200}[a-z])(?=(?:[^"'\d]{0,200}\d){2})[A-Za-z0-9+/=]{20,}|[0-9a-f]{32,})\2`,
  'g',
);

/** Without quotes, as shells and settings write it; code calls something or names something there. */
const BARE = new RegExp(
  String.raw`((?:^|[\s;])(?:(?:export|%env|set|ENV)[ \t]{1,20})?[\w-]{0,60}?${STRONG}[ \t]{0,20}[:=][ \t]{0,20})((?=\S{0,200}\d)(?=\S{0,200}[A-Za-z])[^\s'"#()[\]{},.$<]{8,})(?=\s|$)`,
  'gim',
);
/** After these words there is no code. */
const IN_SHELL = new RegExp(
  String.raw`((?:\bexport|%env|\bENV)[ \t]{1,20}\w{0,60}?${STRONG}[ \t]{0,20}=[ \t]{0,20})([^\s'"$]{4,})`,
  'gi',
);

const HIDDEN = '[hidden: looks like a secret]';

/** Whether files of this name hold secrets by custom. @param path with slashes */
export function isSecretFile(path: string): boolean {
  return FILES.test(path);
}

/** The text with everything hidden that looks like a secret; its lines keep their numbers. */
export function withoutSecrets(text: string): string {
  let clean = text;
  for (const form of FORMS) clean = clean.replace(form, (found) => HIDDEN + '\n'.repeat(found.split('\n').length - 1));
  for (const form of AFTER) clean = clean.replace(form, `$1${HIDDEN}`);
  for (const form of [ASSIGNED, RANDOM])
    clean = clean.replace(form, (_all, name: string, quote: string) => `${name}${quote}${HIDDEN}${quote}`);
  for (const form of [BARE, IN_SHELL]) clean = clean.replace(form, `$1${HIDDEN}`);
  return clean;
}

/** What an address has before its host: a name, a password, a key. */
const USER_OF_ADDRESS = /(\b[a-z][a-z\d+.-]{0,20}:\/\/)[^\s/?#@'"`]{1,400}@/gi;

/** Headers that carry a key, as errors quote them: `x-api-key: …`, `{"Authorization": "Bearer …"}`, `['x-api-key', '…']`. */
const HEADERS =
  /(\b(?:x-|x-goog-)?(?:api|auth|access|subscription)[_-]?(?:key|token)|\b(?:proxy-)?authorization|\b(?:set-)?cookie)(["'\\]{0,4}\s{0,4}(?:[:=,]|%3[AD])\s{0,4}["'\\[]{0,4}\s{0,4})(?:(?:Bearer|Basic|Token)(?:\s|%20|\+){1,4})?[^\s"'\\,;&<>)\]}]+/gi;

/**
 * A text for people and logs, without keys: none of the forms that secrets have, nothing of what headers and addresses carry.
 * @param keys also these very texts, whatever they look like
 */
export function withoutKeys(text: string, ...keys: readonly string[]): string {
  let clean = text;
  for (const key of keys) if (key !== '') clean = clean.replaceAll(key, '…').replaceAll(encodeURIComponent(key), '…');
  clean = clean
    .replace(/sk-ant-[\w-]+/g, 'sk-ant-…')
    .replace(USER_OF_ADDRESS, '$1…@')
    .replace(HEADERS, '$1$2…');
  return withoutSecrets(clean).replaceAll(HIDDEN, '…');
}

/** Whether a text has the mark that stands for something hidden: written into a file, it would destroy what it hides. */
export function hasHidden(text: string): boolean {
  return text.includes(HIDDEN);
}
