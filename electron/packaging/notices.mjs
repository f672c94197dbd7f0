import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../bootstrap/root.mjs';
import { BUNDLED, readManifest } from './bundled-packages.mjs';

const LICENCES = join(ROOT, 'assets', 'licences');

/** Packages that leave their licence out of what they publish; the text is their repository's, or their author's other packages'. */
const SUPPLIED = new Map([
  ['onnxruntime-common', 'onnxruntime.txt'],
  ['onnxruntime-web', 'onnxruntime.txt'],
  ['react-remove-scroll-bar', 'react-remove-scroll-bar.txt'],
]);

const noticeSchema = z.object({
  name: z.string(),
  version: z.string(),
  /** An SPDX expression, or a word where there is none. */
  licence: z.string(),
  text: z.string().min(1),
});

/** What ships and is no npm package. `comesWith` names the package whose version the entry was written for. */
const partsSchema = z.array(
  z.strictObject({
    ...noticeSchema.omit({ text: true }).shape,
    file: z.string(),
    comesWith: z.string().optional(),
  }),
);

/** @typedef {z.infer<typeof noticeSchema>} Notice */

/**
 * One notice for each npm package in the bundles of the last build and for each other part that ships, by name.
 * @returns {readonly Notice[]}
 * @throws where a package gives no licence
 */
export function gatherNotices() {
  const folders = new Set(
    readdirSync(BUNDLED).flatMap((list) => JSON.parse(readFileSync(join(BUNDLED, list), 'utf8'))),
  );
  const packages = [...folders].map(noticeOfPackage);
  const versions = new Set(packages.map(({ name, version }) => `${name}@${version}`));
  const parts = readParts().map(({ file, comesWith, ...part }) => {
    if (comesWith !== undefined && !versions.has(comesWith))
      throw new Error(
        `assets/licences/${file} was written for ${comesWith}, which is not what is bundled. Bring it and parts.json up to date.`,
      );
    return { ...part, text: readText(join(LICENCES, file)) };
  });
  const all = new Map([...packages, ...parts].map((notice) => [`${notice.name}@${notice.version}`, notice]));
  return [...all.values()].sort(
    (a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'),
  );
}

/** The notices as one text. @param {readonly Notice[]} notices */
export function printNotices(notices) {
  const rule = '='.repeat(80);
  const sections = notices.map(
    ({ name, version, licence, text }) => `${rule}\n${name} ${version} (${licence})\n\n${text}\n`,
  );
  return `CvT Lens contains the following parts of others, each under its own licence.\n\n${sections.join('\n')}`;
}

export function readParts() {
  return partsSchema.parse(JSON.parse(readFileSync(join(LICENCES, 'parts.json'), 'utf8')));
}

/**
 * @param {string} folder
 * @returns {Notice}
 */
function noticeOfPackage(folder) {
  const { name, version, license } = readManifest(folder);
  if (license === undefined) throw new Error(`${folder}/package.json names no licence.`);
  return { name, version, licence: license, text: licenceOf(folder, name) };
}

/**
 * @param {string} folder
 * @param {string} name
 */
function licenceOf(folder, name) {
  const supplied = SUPPLIED.get(name);
  if (supplied !== undefined) return readText(join(LICENCES, supplied));
  const files = readdirSync(join(ROOT, folder)).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
  if (files.length === 0)
    throw new Error(
      `${name} publishes no licence text. Put it into assets/licences and name it in packaging/notices.mjs.`,
    );
  return files.map((file) => readText(join(ROOT, folder, file))).join('\n\n');
}

/** @param {string} file */
function readText(file) {
  return readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim();
}
