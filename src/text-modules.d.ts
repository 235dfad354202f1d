// Text files that the bundler (and the tests' module hook) inline as strings.
declare module '*.py' {
  const source: string;
  export default source;
}
declare module '*.svg' {
  const source: string;
  export default source;
}
