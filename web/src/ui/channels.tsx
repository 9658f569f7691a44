import {
  IconAd2, IconBell, IconBuildingStore, IconCalendarEvent, IconDeviceMobileMessage, IconDots, IconMail, IconMailbox, IconMessages, IconNotes, IconPhone,
  IconShare2, IconUsers, IconWorld, type Icon,
} from '@tabler/icons-react';
import type { Schemas } from '@/api/client';

export type Channel = Schemas['Channel'];

export const CHANNEL_ICONS: Record<Channel, Icon> = {
  web: IconWorld, email: IconMail, chat: IconMessages, social: IconShare2, ad: IconAd2, sms: IconDeviceMobileMessage, push: IconBell,
  call: IconPhone, meeting: IconUsers, store: IconBuildingStore, event: IconCalendarEvent, mail: IconMailbox, note: IconNotes, other: IconDots,
};

export const CHANNELS = Object.keys(CHANNEL_ICONS) as Channel[];
