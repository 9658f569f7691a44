export default import.meta.glob<Record<string, string>>(['/src/*/locales/en.json', '!/src/{duplicates,funnel,imports,segments,settings}/locales/*'], { eager: true, import: 'default' });
