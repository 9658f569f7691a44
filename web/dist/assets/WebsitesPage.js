import{r as e}from"./rolldown-runtime.js";import{i as t,k as n,o as r,r as i,u as a}from"./shared.js";import{Bt as o,L as s,Z as c,dt as l}from"./base.js";import{t as u}from"./Tabs.js";import{t as d}from"./IconBrowser.js";import{i as f,t as p}from"./react.js";import{r as m,t as h}from"./Copy.js";import{D as g,K as _,T as v,v as y}from"./common.js";import{n as b,t as x}from"./Frame.js";import{t as S}from"./KeyList.js";import{i as C,n as w,t as T}from"./keys.js";import{t as E}from"./choices.js";var D=l(`outline`,`info-circle`,`InfoCircle`,[[`path`,{d:`M3 12a9 9 0 1 0 18 0a9 9 0 0 0 -18 0`,key:`svg-0`}],[`path`,{d:`M12 9h.01`,key:`svg-1`}],[`path`,{d:`M11 12h1v4h1`,key:`svg-2`}]]),O=e(f(),1);function k(e,t){let n=`-u "${t}:"`;return[{id:`script`,code:`<script async src="${e}/touchline.js" data-key="${t}"><\/script>
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
}'`},{id:`email`,code:`# For each message that arrives, as the mail server has it:\ncurl ${e}/v1/inbound/email ${n} --data-binary @message.eml`}]}var A=p();function j({close:e,made:n}){let{t:a}=c(`settings`),o=r({initialValues:{name:``,origins:[]}}),s=i(o,async({name:e,origins:t})=>{let{key:r}=await g(v.POST(`/api/v1/api-keys`,{body:{name:e,scopes:[`ingest:write`],origins:t.length>0?t:null}}));w(),n(r??``)});return(0,A.jsxs)(t,{title:a(`site.new`),action:a(`key.make`),close:e,sending:s,children:[(0,A.jsx)(_,{label:a(`site.name`),description:a(`site.name.hint`),required:!0,"data-autofocus":!0,maxLength:100,...o.getInputProps(`name`)}),(0,A.jsx)(E,{label:a(`site.origins`),description:a(`site.origins.hint`),placeholder:o.values.origins.length?``:`https://www.example.com`,acceptValueOnBlur:!0,...o.getInputProps(`origins`),onChange:e=>o.setFieldValue(`origins`,e.map(M))})]})}function M(e){try{return new URL(/^https?:\/\//.test(e)?e:`https://${e}`).origin}catch{return e}}var N=`tlk_…`;function P(){let{t:e}=c(`settings`),t=s(`users:manage`),r=C(t),[i,l]=(0,O.useState)(!1),[u,f]=(0,O.useState)(null),p=r.data?.filter(T)??[],h=t&&(0,A.jsx)(o,{leftSection:(0,A.jsx)(a,{size:15}),onClick:()=>l(!0),children:e(`site.new`)});return(0,A.jsxs)(x,{name:`websites`,found:t?r:void 0,actions:h,children:[u&&(0,A.jsx)(m,{value:u,text:e(`site.made.text`)}),!t&&(0,A.jsx)(n,{color:`gray`,variant:`light`,icon:(0,A.jsx)(D,{size:17}),c:`var(--mantine-color-text)`,children:e(`site.ask`)}),t&&!u&&p.length===0&&(0,A.jsx)(y,{icon:d,title:e(`site.empty.title`),text:e(`site.empty.text`),children:h}),(0,A.jsx)(b,{title:e(`site.snippets`),children:(0,A.jsx)(F,{value:u??N})}),p.length>0&&(0,A.jsx)(b,{title:e(`site.keys`),children:(0,A.jsx)(S,{keys:p,label:e(`site.keys`)})}),i&&(0,A.jsx)(j,{close:()=>l(!1),made:e=>{f(e),l(!1)}})]})}function F({value:e}){let{t}=c(`settings`),n=k(location.origin,e);return(0,A.jsxs)(u,{defaultValue:`script`,keepMounted:!1,children:[(0,A.jsx)(u.List,{mb:`sm`,className:`tl-tabs`,children:n.map(({id:e,name:n})=>(0,A.jsx)(u.Tab,{value:e,fz:`sm`,children:n??t(`snippet.${e}`)},e))}),n.map(({id:n,name:r,code:i})=>(0,A.jsxs)(u.Panel,{value:n,children:[(0,A.jsxs)(`p`,{style:{margin:`0 0 8px`,fontSize:13},children:[t(`snippet.${r?`sdk`:n}.text`),e===N&&` ${t(`snippet.place`,{key:N})}`]}),(0,A.jsx)(h,{code:i,label:r??t(`snippet.${n}`)})]},n))]})}export{P as default};