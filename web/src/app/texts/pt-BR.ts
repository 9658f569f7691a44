export default import.meta.glob<Record<string, string>>(['/src/*/locales/pt-BR.json', '!/src/{duplicates,funnel,imports,segments,settings}/locales/*'], { eager: true, import: 'default' });
