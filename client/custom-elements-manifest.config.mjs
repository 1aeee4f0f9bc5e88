/** What `cem analyze` reads, and what it leaves out. */

/** Nobody outside can reach private members. */
const withoutPrivateMembers = {
  name: 'without private members',
  packageLinkPhase({ customElementsManifest }) {
    for (const { declarations = [] } of customElementsManifest.modules) {
      for (const declaration of declarations) declaration.members = declaration.members?.filter(({ privacy }) => privacy !== 'private');
    }
  },
};

export default {
  globs: ['src/live-voice.js', 'src/element.js', 'src/tag.js'],
  packagejson: false, // it names the file already
  plugins: [withoutPrivateMembers],
};
