import { parse as parseYaml } from 'yaml';
import { reasonOf, SpecError } from '../errors.ts';
import { type HuggingFaceConfig, isHuggingFaceConfig, parseHuggingFaceConfig } from './hugging-face-config.ts';
import { type CvtSpec, parseSpec } from './spec.ts';

/** A configuration with the names of 20,000 classes has about a megabyte. */
const MAX_JSON_CHARACTERS = 1 << 20;
/** The official experiment files have 3 KB. The parser holds each key against all others: a megabyte of keys would take minutes. */
const MAX_YAML_CHARACTERS = 1 << 15;

/**
 * What a file that lies beside a checkpoint says of it: an official spec as JSON, or as YAML like the official experiment files
 * (`experiments/imagenet/cvt/*.yaml`), or a Hugging Face `config.json`, which names the classes too.
 * @param source names the text in messages, usually a file name
 * @throws SpecError `spec-unreadable` where it is neither JSON nor YAML, and as {@link parseSpec}
 */
export function parseSpecFile(text: string, source: string): HuggingFaceConfig {
  const data = parseData(text, source);
  if (isHuggingFaceConfig(data)) return parseHuggingFaceConfig(data, source);
  return { spec: parseSpec(data, source), labels: null };
}

/** The spec alone of {@link parseSpecFile}. */
export function parseSpecText(text: string, source: string): CvtSpec {
  return parseSpecFile(text, source).spec;
}

function parseData(text: string, source: string): unknown {
  const isJson = /^\s*[{[]/.test(text);
  if (text.length > (isJson ? MAX_JSON_CHARACTERS : MAX_YAML_CHARACTERS))
    throw new SpecError('spec-unreadable', `${source}: ${text.length} characters are too many for a spec.`);
  try {
    // The limit on aliases keeps nine lines from standing for a billion nodes.
    return isJson ? JSON.parse(text) : parseYaml(text, { maxAliasCount: 100, logLevel: 'error' });
  } catch (error) {
    const [reason] = reasonOf(error).split('\n');
    throw new SpecError('spec-unreadable', `${source}: neither JSON nor YAML (${reason}).`, { cause: error });
  }
}
