// In files for pages, instead of src/nn/replay-recipe.ts: they have no `guard`, whose files run calls again.
export const setConstructorCall = (): void => {};
export const constructorCall = (): undefined => undefined;
export const replayRecipe = undefined;
