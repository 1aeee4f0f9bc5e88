export default {
  title: 'VitePress',
  outDir: './out',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag === 'live-voice' } } },
};
