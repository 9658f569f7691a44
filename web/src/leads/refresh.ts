import { queryClient } from '@/app/query';

/** After a lead was changed: lists, boards, the lead itself, its client and the reports may say something else. */
export async function refreshLeads() {
  for (const key of ['client', 'contacts', 'reports']) void queryClient.invalidateQueries({ queryKey: [key] });
  await queryClient.invalidateQueries({ queryKey: ['leads'] });
}
