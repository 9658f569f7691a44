import type { Schemas } from '@/api/client';

export type RfmGroup = Schemas['RfmGroup'];

/** From the best to those who are gone. */
export const RFM_GROUPS: RfmGroup[] = ['champions', 'loyal', 'potential_loyalists', 'new', 'need_attention', 'about_to_sleep', 'cannot_lose', 'at_risk', 'hibernating', 'lost'];
