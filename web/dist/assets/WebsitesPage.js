import{U as e,Z as t,_ as n}from"./index.js";import{s as r}from"./problemText.js";import{t as i}from"./Tabs.js";import{t as a}from"./IconBrowser.js";import{t as o}from"./createReactComponent.js";import{t as s}from"./IconPlus.js";import{c,p as l,r as u,u as d}from"./store.js";import{r as f,t as p}from"./Copy.js";import{t as m}from"./EmptyState.js";import{n as h,t as g}from"./Frame.js";import{t as _}from"./KeyList.js";import{i as v,n as y,t as b}from"./keys.js";import{t as x}from"./TagsInput.js";import{t as S}from"./use-form.js";import{r as C,t as w}from"./client.js";import{t as T}from"./FormModal.js";import{t as E}from"./useSubmit.js";var D=o(`outline`,`info-circle`,`InfoCircle`,[[`path`,{d:`M3 12a9 9 0 1 0 18 0a9 9 0 0 0 -18 0`,key:`svg-0`}],[`path`,{d:`M12 9h.01`,key:`svg-1`}],[`path`,{d:`M11 12h1v4h1`,key:`svg-2`}]]),O=l(d(),1);function k(e,t){let n=`-u "${t}:"`;return[{id:`script`,code:`<script async src="${e}/touchline.js" data-key="${t}"><\/script>
<script>
  window.touchline = window.touchline || { q: [] };
  // What happens on the page:
  touchline.q.push(["track", "Asked for a quote", { product: "Solar roof" }]);
  // Who the visitor is, once you know:
  // touchline.q.push(["identify", "user-7", { email: "ann@example.com" }]);
<\/script>`},{id:`form`,code:`<form method="post" action="${e}/v1/forms/${t}">
  <input name="email" type="email" required>
  <input name="name">
  <textarea name="message"></textarea>
  <!-- Stays empty: only robots fill it in. -->
  <input name="_gotcha" hidden>
  <!-- Where to go on, on a site of this key: -->
  <input name="_redirect" type="hidden" value="https://www.example.com/thanks">
  <button>Send</button>
</form>`},{id:`browser`,name:`Segment: analytics.js`,code:`import { AnalyticsBrowser } from "@segment/analytics-next";

const analytics = AnalyticsBrowser.load(
  { writeKey: "${t}", cdnURL: "${e}", cdnSettings: { integrations: { "Segment.io": { apiKey: "${t}" } } } },
  { integrations: { "Segment.io": { apiHost: "${e.replace(/^https?:\/\//,``)}/v1", protocol: "${e.startsWith(`https`)?`https`:`http`}" } } },
);
analytics.page();
analytics.identify("user-7", { email: "ann@example.com" });
analytics.track("Signed up", { plan: "pro" });`},{id:`node`,name:`Segment: Node.js`,code:`import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ writeKey: "${t}", host: "${e}" });
analytics.identify({ userId: "user-7", traits: { email: "ann@example.com" } });
analytics.track({ userId: "user-7", event: "Signed up", properties: { plan: "pro" } });
await analytics.closeAndFlush();`},{id:`python`,name:`Segment: Python`,code:`import segment.analytics as analytics

analytics.write_key = "${t}"
analytics.host = "${e}"
analytics.identify("user-7", {"email": "ann@example.com"})
analytics.track("user-7", "Signed up", {"plan": "pro"})
analytics.flush()`},{id:`rudder`,name:`RudderStack: Node.js`,code:`import RudderAnalytics from "@rudderstack/rudder-sdk-node";

const analytics = new RudderAnalytics("${t}", { dataPlaneUrl: "${e}" });
analytics.track({ userId: "user-7", event: "Signed up", properties: { plan: "pro" } });
analytics.flush();`},{id:`curl`,name:`curl`,code:`curl ${e}/v1/track ${n} -d '{
  "userId": "user-7",
  "event": "Signed up",
  "context": { "traits": { "email": "ann@example.com" } }
}'`},{id:`email`,code:`# For each message that arrives, as the mail server has it:\ncurl ${e}/v1/inbound/email ${n} --data-binary @message.eml`}]}var A=c();function j({close:t,made:n}){let{t:r}=u(`settings`),i=S({initialValues:{name:``,origins:[]}}),a=E(i,async({name:e,origins:t})=>{let{key:r}=await C(w.POST(`/api/v1/api-keys`,{body:{name:e,scopes:[`ingest:write`],origins:t.length>0?t:null}}));y(),n(r??``)});return(0,A.jsxs)(T,{title:r(`site.new`),action:r(`key.make`),close:t,sending:a,children:[(0,A.jsx)(e,{label:r(`site.name`),description:r(`site.name.hint`),required:!0,"data-autofocus":!0,maxLength:100,...i.getInputProps(`name`)}),(0,A.jsx)(x,{label:r(`site.origins`),description:r(`site.origins.hint`),placeholder:i.values.origins.length?``:`https://www.example.com`,acceptValueOnBlur:!0,...i.getInputProps(`origins`),onChange:e=>i.setFieldValue(`origins`,e.map(M))})]})}function M(e){try{return new URL(/^https?:\/\//.test(e)?e:`https://${e}`).origin}catch{return e}}var N=`tlk_…`;function P(){let{t:e}=u(`settings`),i=n(`users:manage`),o=v(i),[c,l]=(0,O.useState)(!1),[d,p]=(0,O.useState)(null),y=o.data?.filter(b)??[],x=i&&(0,A.jsx)(r,{leftSection:(0,A.jsx)(s,{size:15}),onClick:()=>l(!0),children:e(`site.new`)});return(0,A.jsxs)(g,{name:`websites`,found:i?o:void 0,actions:x,children:[d&&(0,A.jsx)(f,{value:d,text:e(`site.made.text`)}),!i&&(0,A.jsx)(t,{color:`gray`,variant:`light`,icon:(0,A.jsx)(D,{size:17}),c:`var(--mantine-color-text)`,children:e(`site.ask`)}),i&&!d&&y.length===0&&(0,A.jsx)(m,{icon:a,title:e(`site.empty.title`),text:e(`site.empty.text`),children:x}),(0,A.jsx)(h,{title:e(`site.snippets`),children:(0,A.jsx)(F,{value:d??N})}),y.length>0&&(0,A.jsx)(h,{title:e(`site.keys`),children:(0,A.jsx)(_,{keys:y,label:e(`site.keys`)})}),c&&(0,A.jsx)(j,{close:()=>l(!1),made:e=>{p(e),l(!1)}})]})}function F({value:e}){let{t}=u(`settings`),n=k(location.origin,e);return(0,A.jsxs)(i,{defaultValue:`script`,keepMounted:!1,children:[(0,A.jsx)(i.List,{mb:`sm`,children:n.map(({id:e,name:n})=>(0,A.jsx)(i.Tab,{value:e,fz:`sm`,children:n??t(`snippet.${e}`)},e))}),n.map(({id:n,name:r,code:a})=>(0,A.jsxs)(i.Panel,{value:n,children:[(0,A.jsxs)(`p`,{style:{margin:`0 0 8px`,fontSize:13},children:[t(`snippet.${r?`sdk`:n}.text`),e===N&&` ${t(`snippet.place`,{key:N})}`]}),(0,A.jsx)(p,{code:a,label:r??t(`snippet.${n}`)})]},n))]})}export{P as default};