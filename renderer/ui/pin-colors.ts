/** By a pin's `color`: bright enough for a dark outline on both sides, told apart with every common colour blindness. */
export const PIN_COLORS: readonly string[] = ['#56b4e9', '#f5a623', '#2fd3a0', '#ff7ac0', '#f4e64c', '#b79bff'];
