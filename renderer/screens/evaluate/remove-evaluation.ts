import type { EvaluationFlow } from '../../evaluate/evaluation-flow.ts';
import type { EvaluationRecord } from '../../evaluate/evaluation-record.ts';
import { useNotices } from '../../stores/notices.ts';

/** Takes an evaluation out of the list, running or not; it comes back with all that was measured. */
export function removeWithUndo(
  evaluations: EvaluationFlow,
  { id, folder }: EvaluationRecord,
  done: 'removed' | 'cancelled',
): void {
  void evaluations.remove(id);
  const undo = () => {
    void evaluations.undoRemove(id);
    useNotices.getState().dismiss();
  };
  useNotices.getState().show(`The evaluation of ${folder.name} was ${done}.`, { label: 'Undo', run: undo });
}
