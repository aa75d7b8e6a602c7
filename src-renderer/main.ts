/** Entry of the page: makes the client and the app, and mounts the shell. Same build in the window and in a browser. */
import './transport/jitless.ts'
import './app.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { createApp } from './state/app.ts'
import { createRpcClient } from './transport/client.ts'

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no element #app')
const app = createApp(createRpcClient())
app.start()
mount(App, { target, props: { app } })
