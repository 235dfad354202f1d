/** The inspector's page. */
import './inspector.css';
import type { FromInspector, ToInspector } from '../protocol/index.js';
import { Page } from './page.js';

interface Host {
  postMessage(message: FromInspector): void;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
const app = document.getElementById('app');
if (!app) throw new Error('The page has no place for the inspector.');
const page = new Page(app, (message) => host.postMessage(message));

window.addEventListener('message', ({ data }: MessageEvent<ToInspector>) => {
  switch (data.type) {
    case 'view':
      // What a reloaded window needs to show the same module again.
      host.setState({ target: data.target });
      return page.show(data.view);
    case 'loading':
      return page.loading(data.text);
    case 'message':
      return page.message(data.text);
  }
});
host.postMessage({ type: 'ready' });
