// What Grafana's types look like once they are JSON: a member of an enumeration is its value.
import type { Dashboard, GraphFieldConfig, Panel, TableFieldOptions } from '@grafana/schema';
import type { Options as LogsOptions } from '@grafana/schema/dist/esm/raw/composable/logs/panelcfg/x/LogsPanelCfg_types.gen';
import type { LokiDataQuery } from '@grafana/schema/dist/esm/raw/composable/loki/dataquery/x/LokiDataQuery_types.gen';
import type {
  FieldConfig as StateTimelineFieldConfig,
  Options as StateTimelineOptions,
} from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { Options as TableOptions } from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type { Options as TimeSeriesOptions } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

export type Written<T> = unknown extends T
  ? T
  : T extends string
    ? `${T}`
    : T extends number | boolean | null | undefined
      ? T
      : T extends Array<infer Item>
        ? Array<Written<Item>>
        : T extends object
          ? { [Key in keyof T]: Written<T[Key]> }
          : T;

// What the schema leaves open in a panel is filled in by its kind.
type PanelOf<Type extends string, Options, Custom> = Omit<Written<Panel>, 'type' | 'options' | 'fieldConfig'> & {
  type: Type;
  options: Written<Options>;
  fieldConfig: Omit<Written<NonNullable<Panel['fieldConfig']>>, 'defaults'> & {
    defaults: Omit<Written<NonNullable<Panel['fieldConfig']>['defaults']>, 'custom'> & { custom?: Written<Custom> };
  };
};

export type WrittenDashboard = Written<Dashboard>;
export type StatPanel = PanelOf<'stat', StatOptions, Record<string, never>>;
export type StateTimelinePanel = PanelOf<'state-timeline', StateTimelineOptions, StateTimelineFieldConfig>;
export type TimeSeriesPanel = PanelOf<'timeseries', TimeSeriesOptions, GraphFieldConfig>;
export type TablePanel = PanelOf<'table', TableOptions, Partial<TableFieldOptions>>;
export type LogsPanel = PanelOf<'logs', LogsOptions, Record<string, never>>;
export type LokiTarget = Written<LokiDataQuery>;
