// The engine's self-test uses the same formula, so it lives with the product.
export { formulaInput, formulaTensor } from '../../models/cvt/formula-weights.ts';
