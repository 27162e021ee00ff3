import adapter from '@sveltejs/adapter-static'
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte'

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  kit: {
    adapter: adapter({ pages: 'build', assets: 'build', fallback: 'index.html' }),
    files: {
      src: 'web',
      lib: 'web/lib',
      routes: 'web/routes',
      assets: 'static',
      appTemplate: 'web/app.html',
      serviceWorker: 'web/service-worker.ts',
    },
    alias: { $core: 'core', $worker: 'web/worker' },
    serviceWorker: { register: false },
    // Hashes for Kit's own inline start script; the server adds the headers that a meta tag cannot carry.
    csp: {
      mode: 'hash',
      directives: {
        'default-src': ['self'],
        'script-src': ['self'],
        // The one style attribute in markup is Kit's own (server/api/security.ts).
        'style-src': ['self', 'unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
        'img-src': ['self', 'data:', 'blob:'],
        'font-src': ['self'],
        'worker-src': ['self'],
        'connect-src': ['self'],
        'manifest-src': ['self'],
        'object-src': ['none'],
        'base-uri': ['none'],
        'form-action': ['self'],
        'require-trusted-types-for': ['script'],
        'trusted-types': ['svelte-trusted-html', 'crypto-tracker'],
      },
    },
  },
}
