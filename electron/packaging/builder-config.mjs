import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FILE_KINDS } from './file-kinds.mjs';

/** Switches inside of Electron's executable, which nothing that starts it can turn again. */
export const FUSES = {
  // The app's executable is no Node: not by ELECTRON_RUN_AS_NODE, NODE_OPTIONS or --inspect.
  runAsNode: false,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  // What runs is the archive that was packaged. Its checksum is looked at on macOS and Windows; Linux has no place for it.
  onlyLoadAppFromAsar: true,
  enableEmbeddedAsarIntegrityValidation: true,
  // Pages come from app://. (Electron 41 lost cross-origin isolation with this one on.)
  grantFileProtocolExtraPrivileges: false,
  // The app keeps no cookies, and their encryption would ask the system's key ring at every start.
  enableCookieEncryption: false,
  // There is no snapshot of our own.
  loadBrowserProcessSpecificV8Snapshot: false,
};

/**
 * Builds of onnxruntime that Electron never loads: it has JSPI (renderer/engine/worker/choose-build.ts). 42 MB.
 * The files are named by Vite: name, dash, hash.
 */
const OTHER_RUNTIMES = [
  '!dist/renderer/assets/ort-wasm-simd-threaded-*',
  '!dist/renderer/assets/ort-wasm-simd-threaded.asyncify-*',
  '!dist/renderer/assets/ort.wasm.min-*',
  '!dist/renderer/assets/ort.webgpu.min-*',
];

/** @type {import('electron-builder').Configuration} */
export const CONFIG = {
  appId: 'app.cvt-lens.CvTLens',
  productName: 'CvT Lens',
  copyright: 'Copyright © 2026 The CvT Lens authors. MIT licence.',
  directories: { output: 'dist/packages', buildResources: 'electron/packaging' },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: electron-builder fills these in.
  artifactName: 'cvt-lens-${version}-${os}-${arch}.${ext}',

  // All that the app opens at run time; the rest of the working tree stays at home.
  files: [
    'dist/main/**',
    'dist/preload/**',
    'dist/renderer/**',
    'models/demo/{cvt-demo.safetensors,spec.json,labels.json}',
    'assets/{imagenet1k-classes,samples}.json',
    'assets/samples/**',
    'assets/icons/png/512.png',
    '!**/*.map',
    ...OTHER_RUNTIMES,
  ],
  asar: true,
  // Large and read in parts: served from the disk as they are (electron/protocol/assets.ts), not through the archive.
  asarUnpack: ['**/*.wasm', '**/*.safetensors'],
  extraResources: [
    { from: 'dist/NOTICES.txt', to: 'NOTICES.txt' },
    { from: 'LICENSE', to: 'LICENSE.txt' },
  ],
  electronFuses: FUSES,
  // The app speaks English; Chromium's words in 50 other languages are 40 MB.
  electronLanguages: ['en-US'],

  // All packages are in the bundles already, so there are none to collect or to rebuild.
  beforeBuild: async () => false,
  // A given Electron (ELECTRON_OVERRIDE_DIST_PATH) is copied with its own default app.
  afterPack: ({ appOutDir, packager }) =>
    rm(join(packager.getResourcesDir(appOutDir), 'default_app.asar'), { force: true }),
  publish: null,
  // The AppImage runtime that is linked statically. The older one, still the default, needs a libfuse2 that systems no longer
  // have, and starts Chromium without its sandbox everywhere; this one only where user namespaces are forbidden.
  toolsets: { appimage: '1.0.3' },

  linux: {
    target: ['AppImage', 'deb'],
    executableName: 'cvt-lens',
    syncDesktopName: true,
    icon: 'assets/icons/png',
    category: 'Science',
    synopsis: 'See where a convolutional vision transformer looks',
    maintainer: 'The CvT Lens authors <cvt-lens@users.noreply.github.com>',
    mimeTypes: FILE_KINDS.flatMap((kind) => ('known' in kind ? kind.known : [])),
    fileAssociations: FILE_KINDS.flatMap((kind) =>
      'mime' in kind
        ? kind.extensions.map((ext) => ({
            ext,
            name: kind.description,
            description: kind.description,
            mimeType: kind.mime,
          }))
        : [],
    ),
    desktop: { entry: { Keywords: 'attention;transformer;classification;checkpoint;' } },
  },

  win: { target: [{ target: 'nsis', arch: ['x64'] }], icon: 'assets/icons/icon.ico' },
  nsis: {
    oneClick: false,
    perMachine: false,
    allowToChangeInstallationDirectory: true,
    // electron-builder's own associations would make the app the default for pictures.
    include: 'electron/packaging/open-with.nsh',
  },

  mac: {
    target: [{ target: 'dmg', arch: ['arm64', 'x64'] }],
    icon: 'assets/icons/icon.icns',
    category: 'public.app-category.graphics-design',
    fileAssociations: FILE_KINDS.map(({ description, extensions }) => ({
      ext: [...extensions],
      name: description,
      role: 'Viewer',
      rank: 'Alternate',
    })),
  },
};
