// VitePress's own theme without its fonts, which are larger than the rest of the page.
import DefaultTheme from 'vitepress/theme-without-fonts';
import RunnableBlock from './blocks/RunnableBlock.vue';
import LiveDigits from './home/LiveDigits.vue';
import './home/home.css';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('RunnableBlock', RunnableBlock);
    app.component('LiveDigits', LiveDigits);
  },
};
