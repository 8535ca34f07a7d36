/* The fixed parts of the page, from reports/. */
#ifndef ALM_REPORT_ASSETS_H
#define ALM_REPORT_ASSETS_H

extern const char alm_asset_report_css[];
extern const char alm_asset_plot_css[];
extern const char alm_asset_head_html[]; /* up to where the title stands */
extern const char alm_asset_foot_html[];

#endif
