import 'livetoken/live-voice';
import DefaultTheme from 'vitepress/theme';
import Voice from './Voice.vue';

export default { extends: DefaultTheme, enhanceApp: ({ app }) => app.component('Voice', Voice) };
