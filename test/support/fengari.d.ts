/** The little of fengari that a test uses: it ships no types. */
declare module "fengari" {
  type State = object;
  export const lua: { readonly lua_tojsstring: (state: State, at: number) => string };
  export const lauxlib: {
    readonly luaL_newstate: () => State;
    readonly luaL_dostring: (state: State, program: Uint8Array) => number;
  };
  export const lualib: { readonly luaL_openlibs: (state: State) => void };
  export const to_luastring: (text: string) => Uint8Array;
}
