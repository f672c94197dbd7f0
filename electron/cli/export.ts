import { openCvt } from '../../models/cvt/open-cvt.ts';
import { CheckpointError } from '../../models/errors.ts';
import { buildCvtGraph } from '../../models/onnx/build-cvt-graph.ts';
import { FileSource } from '../weights/file-source.ts';
import { type Command, callerPath, parseWords, remark, usageError } from './command.ts';
import { findCheckpoint } from './find-checkpoint.ts';
import { parseActivation, parseBatch, parseSize, readSpec } from './options.ts';
import { refuseExisting, writeOutput } from './output-file.ts';

/** Protobuf's own limit on a message; onnxruntime refuses more. */
const LARGEST_MODEL = 2 ** 31 - 1;

/** `cvt export`: a checkpoint as one self-contained ONNX file. */
export const exportModel: Command = async (words, signal) => {
  const { values, positionals } = parseWords(words, {
    spec: { type: 'string' },
    size: { type: 'string' },
    batch: { type: 'string' },
    attention: { type: 'boolean', default: false },
    activation: { type: 'string' },
    out: { type: 'string' },
    force: { type: 'boolean', default: false },
  });
  const [checkpointPath, ...others] = positionals;
  if (checkpointPath === undefined || others.length > 0) throw usageError('export takes one checkpoint.');
  if (values.out === undefined) throw usageError('export needs --out MODEL.onnx.');
  const batch = parseBatch(values.batch);
  const activation = parseActivation(values.activation);
  const chosenSize = values.size === undefined ? null : parseSize(values.size, checkpointPath);
  const chosenSpec = await readSpec(values.spec);
  const out = callerPath(values.out);
  if (!values.force) await refuseExisting(out);

  const { path, model } = await findCheckpoint(checkpointPath, signal);
  const own = model && { rows: model.preprocessing.height, cols: model.preprocessing.width };
  const size = chosenSize ?? own ?? parseSize(undefined, checkpointPath);
  const source = await FileSource.open(path);
  try {
    const checkpoint = await openCvt(source, {
      spec: chosenSpec ?? model?.spec ?? null,
      activation: activation ?? model?.activation ?? null,
      signal,
    });
    const graph = await buildCvtGraph(checkpoint, {
      height: size.rows,
      width: size.cols,
      batch,
      outputs: { attention: values.attention },
      placement: { kind: 'embedded' },
      signal,
    });
    if (graph.message.byteLength > LARGEST_MODEL)
      throw new CheckpointError('too-large', `${source.name}: an ONNX file cannot hold more than 2 GiB.`);
    await writeOutput(out, graph.message.writeTo(), signal);
    const megabytes = (graph.message.byteLength / 1e6).toFixed(1);
    const what = `${checkpoint.variant ?? 'CvT'}, ${checkpoint.numClasses} classes, ${checkpoint.activation}`;
    remark(`${out}: ${megabytes} MB, ${what}, input ${batch}×3×${size.rows}×${size.cols}\n`);
  } finally {
    await source.close();
  }
  return true;
};
