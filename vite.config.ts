import { sveltekit } from '@sveltejs/kit/vite'
import tailwindcss from '@tailwindcss/vite'
import { SvelteKitPWA } from '@vite-pwa/sveltekit'
import { wuchale } from 'wuchale/vite'
import icons from 'unplugin-icons/vite'
import { defineConfig } from 'vite'

const server = `http://127.0.0.1:${process.env['PORT'] || 8000}`

export default defineConfig({
  plugins: [
    tailwindcss(),
    wuchale(),
    icons({ compiler: 'svelte' }),
    sveltekit(),
    SvelteKitPWA({
      srcDir: 'web',
      strategies: 'injectManifest',
      filename: 'service-worker.ts',
      injectRegister: false,
      manifest: false,
      kit: { spa: true, adapterFallback: 'index.html', outDir: '.svelte-kit' },
      injectManifest: { globPatterns: ['client/**/*.{js,css,svg,png,webmanifest,woff2}'] },
    }),
  ],
  // The development server hands API calls to the running server (`npm run dev` starts both).
  server: { proxy: { '/api': server, '/up': server } },
})
