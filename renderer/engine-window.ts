// First: schemas ask whether they may compile as soon as they are made.
import './engine/zod-without-eval.ts';
import { readPolicy } from './engine/engine-policy.ts';
import { startEngineInPage } from './engine/start-engine.ts';
import { onEnginePort } from './shell/port-messages.ts';

/** The page of Electron's hidden engine window: one engine that serves every port the main process sends. */
const bridge = window.cvtLensEngine;
if (bridge === undefined)
  throw new Error('engine.html is the page of the desktop app’s engine window; open / instead.');

// Threaded WASM needs it, and a wrong header somewhere would cost the threads without a word.
if (!crossOriginIsolated) console.error('The engine window is not cross-origin isolated; WASM runs on one thread.');

const supervisor = startEngineInPage(readPolicy(location.search));
onEnginePort(window, (port) => {
  supervisor.accept(port);
});
bridge.ready();
