/** Starts /design, the page of all components in all states. The development server alone serves it (vite.config.ts). */
import { mount } from 'svelte'
import Gallery from './Gallery.svelte'

mount(Gallery, { target: document.body })
