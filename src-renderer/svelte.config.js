/** Read by the build, svelte-check and editors: every component of ours and of the libraries is in runes mode. */
export default { compilerOptions: { runes: true } }
