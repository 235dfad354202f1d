/** The inspector's page. */
import './inspector.css';
import type { FromInspector, ToInspector } from '../protocol/index.js';
import { Page, type PageState } from './page.js';

/** What the editor keeps for a page that is hidden or reloaded. */
interface Kept {
  readonly target?: { readonly uri: string; readonly qualname: string };
  readonly page?: PageState;
}

interface Host {
  postMessage(message: FromInspector): void;
  getState(): Kept | undefined;
  setState(state: Kept): void;
}

declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
const app = document.getElementById('app');
if (!app) throw new Error('The page has no place for the inspector.');
let kept: Kept = host.getState() ?? {};
const keep = (more: Kept): void => {
  kept = { ...kept, ...more };
  host.setState(kept);
};
const page = new Page(
  app,
  (message) => host.postMessage(message),
  kept.page ?? {},
  (state) => keep({ page: state }),
);

window.addEventListener('message', ({ data }: MessageEvent<ToInspector>) => {
  // What a reloaded window needs to show the same module again.
  if (data.type === 'view') keep({ target: data.target });
  page.receive(data);
});
host.postMessage({ type: 'ready' });
