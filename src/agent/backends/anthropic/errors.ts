/** What can go wrong with the Anthropic API, in words for people. */
import Anthropic from '@anthropic-ai/sdk';
import { BackendError, type BackendErrorKind } from '../../backend.js';
import { withoutKeys } from '../../context/secrets.js';

/** Milliseconds that a response asks to wait; `undefined` if it doesn't. */
function retryAfterOf(headers: Headers | undefined, now = Date.now()): number | undefined {
  const precise = Number(headers?.get('retry-after-ms') ?? NaN);
  if (precise >= 0) return precise;
  const value = headers?.get('retry-after');
  if (value === null || value === undefined) return undefined;
  const seconds = Number(value);
  if (!Number.isNaN(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The error as the rest of the program knows it. @param host where the request went, for people */
export function backendErrorOf(
  error: unknown,
  about: { readonly key: string; readonly model: string; readonly host: string },
): BackendError {
  if (error instanceof BackendError) return error;
  const said = (text: string | null | undefined): string => {
    const clean = withoutKeys(text ?? '', about.key).trim();
    return clean === '' ? '' : ` It said: ${clean.replace(/[.!]?$/, '.')}`;
  };
  if (error instanceof Anthropic.APIConnectionError)
    return new BackendError(
      'connection',
      `${about.host} could not be reached${reasonOf(error.cause)}. Check the network, the proxy and the base URL in the settings, then ask again.`,
    );
  if (error instanceof Anthropic.APIError) {
    const problem = error as InstanceType<typeof Anthropic.APIError<number | undefined, Headers | undefined>>;
    const { status, headers } = problem;
    const retryAfterMs = retryAfterOf(headers);
    const kind = kindOf(problem);
    const message =
      sentenceOf(kind, about.model, retryAfterMs) + (SPEAKS_FOR_ITSELF.has(kind) ? '' : said(problem.apiMessage));
    return new BackendError(kind, message, {
      ...(status === undefined ? {} : { status }),
      ...(problem.requestID ? { requestId: problem.requestID } : {}),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  if (error instanceof SyntaxError)
    return new BackendError(
      'protocol',
      'The answer could not be read: a part of it was damaged on the way. Ask again; if it happens behind a proxy, let it pass event streams.',
    );
  if (error instanceof TypeError || (error instanceof Error && 'code' in error))
    return new BackendError(
      'connection',
      `The connection to ${about.host} broke off during the answer${reasonOf(error)}. Ask again: nothing was changed.`,
    );
  return new BackendError(
    'unknown',
    `The request failed.${said(error instanceof Error ? error.message : String(error))}`,
  );
}

/** Kinds whose sentence says all there is. */
const SPEAKS_FOR_ITSELF: ReadonlySet<BackendErrorKind> = new Set(['key', 'overloaded', 'model']);

function kindOf({
  status,
  type,
  apiMessage,
}: Pick<InstanceType<typeof Anthropic.APIError>, 'type' | 'apiMessage'> & {
  readonly status: number | undefined;
}): BackendErrorKind {
  if (status === 402 || type === 'billing_error' || /credit balance|spend limit/i.test(apiMessage ?? ''))
    return 'billing';
  if (status === 529 || type === 'overloaded_error') return 'overloaded';
  if (status === 401 || type === 'authentication_error') return 'key';
  if (status === 403 || type === 'permission_error') return 'permission';
  if (status === 404 || type === 'not_found_error') return 'model';
  if (status === 413) return 'tooLarge';
  if (status === 429 || type === 'rate_limit_error') return 'rateLimit';
  if (status !== undefined && status >= 500) return 'server';
  if (type === 'api_error' || type === 'timeout_error' || status === 408 || status === 409) return 'server';
  if (/prompt is too long|exceed.*context/i.test(apiMessage ?? '')) return 'tooLarge';
  return status === 400 || type === 'invalid_request_error' ? 'request' : 'unknown';
}

function sentenceOf(kind: BackendErrorKind, model: string, retryAfterMs: number | undefined): string {
  switch (kind) {
    case 'key':
      return 'Anthropic did not accept the API key. Set a valid one with “Architect: Set Anthropic API Key”.';
    case 'permission':
      return 'The API key is not allowed to do this. Check its workspace and permissions in the Anthropic Console.';
    case 'billing':
      return 'The account cannot pay for this request. Check credits and spend limits in the Anthropic Console.';
    case 'model':
      return `There is no model “${model}” for this API key. Choose another one in the model picker or in the setting “Architect: Model”.`;
    case 'tooLarge':
      return 'The question with its context is too large for the API. Attach less, or start a new chat.';
    case 'rateLimit':
      return `The rate limit of the API key is reached. Ask again ${retryAfterMs === undefined ? 'in a minute' : `in ${waitOf(retryAfterMs)}`}.`;
    case 'overloaded':
      return 'Anthropic is overloaded at the moment. Ask again in a minute, or choose another model.';
    case 'server':
      return 'Anthropic had an error of its own. Ask again; status.anthropic.com tells about outages.';
    case 'request':
      return 'Anthropic refused the request as malformed. Start a new chat; if it happens again, the log helps to report it.';
    case 'connection':
    case 'stalled':
    case 'protocol':
    case 'spending':
    case 'unknown':
      return 'The request failed.';
  }
}

/** `20 seconds`, `3 minutes`. */
export function waitOf(milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  if (seconds < 90) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}

/** Whether another try may do better. */
export function isWorthRetrying({ kind }: BackendError): boolean {
  return kind === 'rateLimit' || kind === 'server' || kind === 'overloaded' || kind === 'connection';
}

function reasonOf(error: unknown): string {
  // `fetch failed` hides what happened in its cause.
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return ` (${at.code})`;
  }
  return '';
}
