import { SettingsFile } from '../../electron/settings/settings-file.ts';
import { parseSettingsChange } from '../../renderer/shell/settings.ts';

/** `write-settings FOLDER CHANGE…`: writes each change (JSON), one after the other, as a window of a process of its own does. */
const [folder = '', ...changes] = process.argv.slice(2);
const file = new SettingsFile(folder);
for (const change of changes) await file.write(parseSettingsChange(JSON.parse(change)));
