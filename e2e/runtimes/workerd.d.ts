// The package ships no types. It is CommonJS: Node hands its exports over as one object, with the path of the binary.
declare module 'workerd' {
  const exports: { readonly default: string }
  export default exports
}
