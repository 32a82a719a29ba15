// VitePress's own theme without its fonts, which are larger than the rest of the page.
import DefaultTheme from 'vitepress/theme-without-fonts';
import LiveDigits from './LiveDigits.vue';
import RunnableBlock from './RunnableBlock.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('RunnableBlock', RunnableBlock);
    app.component('LiveDigits', LiveDigits);
  },
};
