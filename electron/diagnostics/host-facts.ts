import { arch, cpus, platform, release, totalmem } from 'node:os';
import type { Fact } from '../../renderer/shell/diagnostics.ts';

/** What of this machine and process a fault may depend on. No names of machine or user, no paths. */
export function hostFacts(): readonly Fact[] {
  const { electron, chrome, node, v8 } = process.versions;
  const processors = cpus();
  return [
    { name: 'System', value: `${platform()} ${release()}, ${arch()}` },
    { name: 'Processor', value: `${processors[0]?.model.trim() || 'unknown'}, ${processors.length} threads` },
    { name: 'Memory', value: `${Math.round(totalmem() / 2 ** 20)} MiB` },
    ...(electron ? [{ name: 'Electron', value: electron }] : []),
    ...(chrome ? [{ name: 'Chromium', value: chrome }] : []),
    { name: 'Node', value: node },
    { name: 'V8', value: v8 },
  ];
}
