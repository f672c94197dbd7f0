// First: schemas ask whether they may compile as soon as they are made.
import './engine/zod-without-eval.ts';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';
import './ui/page.css';
import './ui/popups.css';
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import { watchPage } from './faults/watch-page.ts';
import { StartScreen } from './screens/start-screen.tsx';
import { openShell } from './shell/open-shell.ts';
import { pageNonce } from './ui/nonce.ts';

watchPage(window);

const nonce = pageNonce();
if (nonce) setNonce(nonce);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
createRoot(root).render(<StartScreen shell={openShell()} />);
